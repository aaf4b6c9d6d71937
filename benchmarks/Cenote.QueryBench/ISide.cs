namespace Cenote.QueryBench;

/// <summary>One way to get a connection for a query.</summary>
internal interface ISide : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Takes a connection, runs <c>SELECT 1</c> on it and gives it back.</summary>
    ValueTask QueryAsync();
}
