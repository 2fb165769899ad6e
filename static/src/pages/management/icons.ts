/** The icons of the menu, which no other page shows: 16 × 16, as those of ui/icons.tsx. */

export const icons = {
  users: "M6 3.2a2.3 2.3 0 1 0 0 4.6a2.3 2.3 0 0 0 0-4.6M2 13c.3-2.6 1.8-4 4-4s3.7 1.4 4 4M10.5 3.6a2.1 2.1 0 010 4M11.8 9.5c1.3.5 2 1.7 2.2 3.5",
  gear: "M8 6a2 2 0 1 0 0 4a2 2 0 0 0 0-4M8 2v1.8M8 12.2V14M2 8h1.8M12.2 8H14M3.8 3.8L5 5M11 11l1.2 1.2M12.2 3.8L11 5M5 11l-1.2 1.2",
  prompt: "M2.5 3.5h11v9h-11zM5 6.2L7 8l-2 1.8M8.5 10H11",
  list: "M5.5 4.5H13M5.5 8H13M5.5 11.5H13M2.8 4.5h.01M2.8 8h.01M2.8 11.5h.01",
};
