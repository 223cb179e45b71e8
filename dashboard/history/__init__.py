"""The tab History: the backtest, and every real series beside the market's own."""
