namespace Cenote.QueryBench;

/// <summary>The use of every lease.</summary>
internal static class Statement
{
    internal const string Text = "SELECT 1";

    /// <summary>The number of connections of every pool, ours and the drivers'.</summary>
    internal const int Connections = 8;
}
