namespace Cenote.QueryBench;

/// <summary>One way to get a connection for a query.</summary>
internal interface ISide : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Takes a connection, runs <c>SELECT 1</c> on it and returns it.</summary>
    ValueTask QueryAsync();

    /// <summary>Does the same, and blocks the calling thread.</summary>
    void Query();
}
