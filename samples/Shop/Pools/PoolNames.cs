namespace Cenote.Shop.Pools;

/// <summary>What pools are called, for persons and for machines.</summary>
internal static class PoolNames
{
    /// <summary>The label of a row.</summary>
    public static string Label(PoolPart part) => part switch
    {
        PoolPart.Writer => "Writer",
        PoolPart.Readers => "Readers",
        _ => "Mixed pool",
    };

    /// <summary>Within a sentence, where there are several.</summary>
    public static string Within(PoolPart part) => part switch
    {
        PoolPart.Writer => "the writer",
        PoolPart.Readers => "the readers",
        _ => "the pool",
    };

    /// <summary>What is waited for, held and opened.</summary>
    public static string Connection(PoolPart part) => part switch
    {
        PoolPart.Writer => "the writer",
        PoolPart.Readers => "a reader",
        _ => "a connection",
    };

    /// <summary>The name of its check in the report for machines.</summary>
    public static string Check(PoolPart part) => part switch
    {
        PoolPart.Writer => "pool_writer",
        PoolPart.Readers => "pool_readers",
        _ => "pool",
    };
}
