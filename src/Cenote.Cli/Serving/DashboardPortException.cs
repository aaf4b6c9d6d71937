namespace Cenote.Cli.Serving;

/// <summary>The dashboard of a run cannot be served at its port.</summary>
internal sealed class DashboardPortException(int port, Exception inner)
    : Exception(FormattableString.Invariant($"--dashboard cannot be served at port {port} of 127.0.0.1 ({inner.Message}): give another port, or none for any that is free."), inner);
