namespace Cenote.Leasing;

/// <summary>What became of a rent, in one word.</summary>
internal static class RentOutcome
{
    internal const string Queued = "lease";
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
