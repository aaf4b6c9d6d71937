namespace Cenote.Shop.Serving;

/// <summary>The dashboard of a run cannot be served at its port.</summary>
internal sealed class DashboardPortException(int port, Exception inner)
    : Exception(FormattableString.Invariant($"--dashboard cannot be served at port {port} of 127.0.0.1 ({inner.Message}). Give another port, or no port for a free one."), inner);
