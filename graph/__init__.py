"""The RDF dataset and its questions: claims, resolution, facts, store, snapshots."""
