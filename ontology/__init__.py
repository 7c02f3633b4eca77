"""What may be said: the terms of osagraph, their controlled lists and their prefixes."""
