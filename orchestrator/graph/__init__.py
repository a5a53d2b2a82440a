"""A scenario's flow as a picture: read off the file, laid out, written as SVG and Mermaid. Pure."""
