"""What calls speak: made before they are placed, kept, heard."""
