namespace Cenote.Cli.Measuring;

/// <summary>A reason not to measure, in the words of the command.</summary>
internal sealed class MeasurementException(string message) : Exception(message);
