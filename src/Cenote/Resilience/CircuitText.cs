using System.Globalization;
using System.Text;

namespace Cenote.Resilience;

/// <summary>Says why nobody is served.</summary>
internal static class CircuitText
{
    internal static string Describe(PoolSettings settings, CircuitStatus circuit)
    {
        if (circuit.IsForced)
        {
            return $"The circuit of pool '{settings.Name}' was opened by hand at {circuit.Since:O}: nobody is served until CloseCircuit is called.";
        }

        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"The circuit of pool '{settings.Name}' is open, and no connection to {settings.Target} is left.");
        if (circuit is { LastFailure: { } failure, ConsecutiveFailures: > 0 })
        {
            text.Append(CultureInfo.InvariantCulture, $" {circuit.ConsecutiveFailures} tries in a row failed, the last at {failure.Time:O} ({failure.Kind}): {failure.Exception.Message}");
        }

        text.Append(circuit.NextProbe is { } next
            ? string.Create(CultureInfo.InvariantCulture, $" The pool tries again in {next.TotalSeconds:0.###} s.")
            : " The pool is trying now.");

        return text.ToString();
    }
}
