// Before the page is ready htmx would write a style element into it, which the policy forbids.
htmx.config.includeIndicatorStyles = false;
