using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Cenote.Dashboard.Access;

/// <summary>Reads the query of a request, and finds everything that is wrong with it.</summary>
internal sealed class QueryReader(HttpContext context)
{
    private readonly IQueryCollection _query = context.Request.Query;
    private readonly List<string> _problems = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    internal string? Text(string parameter, bool isRequired)
    {
        _known.Add(parameter);
        var values = _query[parameter];
        if (values.Count > 1)
        {
            _problems.Add($"The parameter '{parameter}' is there {values.Count.ToString(CultureInfo.InvariantCulture)} times. Give it once.");
            return null;
        }

        var value = values.Count == 0 ? null : values[0];
        if (string.IsNullOrEmpty(value) && (isRequired || value is not null))
        {
            _problems.Add($"The parameter '{parameter}' is {(value is null ? "missing" : "empty")}. Give it a value, such as {parameter}=orders.");
            return null;
        }

        return value;
    }

    internal int Number(string parameter, int least, int most)
    {
        var text = Text(parameter, isRequired: true);
        if (text is null)
        {
            return least;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        _problems.Add(FormattableString.Invariant($"The parameter '{parameter}' is '{Shorten(text)}'. It must be a whole number, {least} to {most}."));
        return least;
    }

    /// <exception cref="Refusal">Anything is wrong; names all of it.</exception>
    internal void ThrowIfAny()
    {
        foreach (var stranger in _query.Keys.Where(name => !_known.Contains(name)))
        {
            _problems.Add($"The parameter '{Shorten(stranger)}' is unknown. {(_known.Count == 0 ? "None is" : $"Known: {string.Join(", ", _known)}")}.");
        }

        if (_problems.Count > 0)
        {
            throw new Refusal(StatusCodes.Status400BadRequest, "The request cannot be understood.", [.. _problems]);
        }
    }

    /// <summary>A text from outside, as messages and logs may quote it.</summary>
    internal static string Shorten(string text) => Printable(text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 57), "..."));

    /// <summary>
    /// Without control characters, which would forge lines of a log, and without what changes how other text is shown.
    /// </summary>
    internal static string Printable(string text) => PrintableText.Clean(text);
}
