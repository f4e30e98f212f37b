"""Paper at a ward's counter: printing sheets, taking scans in, looking them over."""
