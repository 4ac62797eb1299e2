"""The trainer of the name tagger: templates, values, generator, training and its measurement."""
