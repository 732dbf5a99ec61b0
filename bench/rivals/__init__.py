"""Two other engines that draw the same report, from a template each: typst and WeasyPrint."""
