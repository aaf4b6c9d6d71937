namespace Cenote.ClusterLab.Clients;

/// <summary>
/// What a reader saw: the last row of a writer at the server that answered. Times are timestamps of
/// <see cref="System.Diagnostics.Stopwatch"/>.
/// </summary>
internal readonly record struct Read(Row Row, int Port, bool TakesWrites, long Started, long Ended);
