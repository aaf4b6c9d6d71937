namespace Cenote.Dashboard.Histories;

/// <summary>A step of a history as it is read.</summary>
/// <param name="Step">What the pool did.</param>
/// <param name="ClosedPerSecond">Closes a second for a reason.</param>
internal readonly record struct MeasuredStep(HistoryStep Step, Func<CloseReason, double> ClosedPerSecond);
