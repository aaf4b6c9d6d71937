namespace Cenote.Leasing;

/// <summary>The outcomes of a rent, as metrics and traces name them.</summary>
internal static class RentOutcome
{
    internal const string Attribute = "cenote.rent.outcome";
    internal const string Immediate = "immediate";
    internal const string Queued = "queued";
    internal const string Cancelled = "cancelled";

    internal static string Of(Exception failure) => failure switch
    {
        PoolTimeoutException => "timeout",
        OperationCanceledException => Cancelled,
        CircuitOpenException => "circuit_open",
        PoolOverloadedException => "overloaded",
        ConnectionOpenException => "open_failed",
        PoolClosedException => "closed",
        _ => "error",
    };
}
