"""Sessions of this worker: started, fed, watched, ended."""
