namespace Cenote.ClusterLab.Clients;

/// <summary>
/// A row that a client was told is committed, and by which server. Times are timestamps of
/// <see cref="System.Diagnostics.Stopwatch"/>.
/// </summary>
internal readonly record struct Write(Row Row, int Port, long Started, long Ended);
