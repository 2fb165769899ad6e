"""Steps of the schema. A step that was released is never changed: add another."""
