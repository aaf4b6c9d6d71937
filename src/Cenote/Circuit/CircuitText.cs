using System.Globalization;
using System.Text;

namespace Cenote.Circuit;

/// <summary>The text that explains why no caller gets a connection.</summary>
internal static class CircuitText
{
    internal static string Describe(PoolSettings settings, CircuitStatus circuit)
    {
        if (circuit.IsIsolated)
        {
            return $"The circuit of pool '{settings.Name}' was opened manually at {Readable.Moment(circuit.StateChangedAt)}: no caller gets a connection until CloseCircuit is called.";
        }

        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"The circuit of pool '{settings.Name}' is open, and no connection to {settings.Target} is left.");
        if (circuit is { LastFailure: { } failure, ConsecutiveFailures: > 0 })
        {
            text.Append(CultureInfo.InvariantCulture, $" {Readable.Count(circuit.ConsecutiveFailures, "try", "tries")} in a row failed, the last at {Readable.Moment(failure.Time)} ({failure.Kind}): {failure.Exception.Message}");
        }

        text.Append(circuit.TimeUntilNextProbe is { } next
            ? $" The pool tries again in {Readable.About(next)}."
            : " The pool is trying now.");

        return text.ToString();
    }
}
