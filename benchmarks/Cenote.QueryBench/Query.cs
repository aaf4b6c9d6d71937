namespace Cenote.QueryBench;

/// <summary>What every lease is used for.</summary>
internal static class Query
{
    internal const string Text = "SELECT 1";

    /// <summary>Connections of every pool, ours and the drivers'.</summary>
    internal const int Connections = 8;
}
