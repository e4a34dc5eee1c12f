"""The report: one page of the catalogue, with everything in it. `page` puts it together."""
