using System.CommandLine;
using Cenote.Shared;

namespace Cenote.Cli.Commands;

/// <summary>
/// Turns the words of the command line into options and lists every problem. A possible secret (a header, the user in
/// an address) is named by its place, not by its text.
/// </summary>
internal sealed class TopOptionsReader(TopCommand command, ParseResult words)
{
    private readonly List<string> _problems = [];

    /// <summary>Gets one sentence per problem; empty for valid options.</summary>
    public IReadOnlyList<string> Problems => _problems;

    public TopOptions Read() => new()
    {
        Dashboard = ReadAddress(words.GetValue(command.Url)) ?? new Uri("http://localhost/"),
        Pool = ReadPool(),
        Once = IsGiven(command.Once),
        Json = IsGiven(command.Json),
        Headers = [.. ReadHeaders()],
    };

    private Uri? ReadAddress(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            _problems.Add("URL is missing: the address of a dashboard, such as http://127.0.0.1:5080/pools.");
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
        {
            _problems.Add("URL is not an address that begins with http:// or https://, such as http://127.0.0.1:5080/pools.");
            return null;
        }

        if (address.UserInfo.Length > 0)
        {
            _problems.Add("URL has a user or a password in it, which would stay in the shell's history. Send it with --header-file, as Authorization: ….");
        }

        if (address.Query.Length > 0)
        {
            _problems.Add("URL has a query after '?'. Omit it; use --pool NAME to show one pool.");
        }

        // A fragment is allowed, because the page's own addresses have one.
        return new Uri($"{address.GetLeftPart(UriPartial.Path).TrimEnd('/')}/");
    }

    private string? ReadPool()
    {
        var name = words.GetResult(command.Pool) is { Errors: var errors } && !errors.Any() ? words.GetValue(command.Pool) : null;
        if (name is not null && string.IsNullOrWhiteSpace(name))
        {
            _problems.Add("--pool is empty: it needs the name of a pool.");
        }

        return name;
    }

    private IEnumerable<KeyValuePair<string, string>> ReadHeaders()
    {
        string[] given = words.GetResult(command.Header) is { Errors: var errors } && !errors.Any() ? words.GetValue(command.Header) ?? [] : [];
        var headers = given.Select((header, index) => (Place: FormattableString.Invariant($"{command.Header.Name} number {index + 1}"), Header: header));
        using var scratch = new HttpRequestMessage();
        foreach (var (place, header) in headers.Concat(ReadHeaderLines()))
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            var name = colon < 0 ? "" : header[..colon].Trim();
            var value = header[(colon + 1)..].Trim();
            if (name.Length == 0 || value.Length == 0)
            {
                Refuse(place, "is not of the form \"Name: value\" (quote it, or the shell takes it apart).");
            }
            else if (value.Any(char.IsControl) || value.Any(character => character > '~'))
            {
                Refuse(place, "has a character in its value that is not allowed in a header.");
            }
            else if (!scratch.Headers.TryAddWithoutValidation(name, value))
            {
                Refuse(place, "has a name that is not allowed for a header of a request.");
            }
            else
            {
                yield return new(name, value);
            }
        }
    }

    /// <summary>The lines of the file, or of the environment variable, that are not empty.</summary>
    private IEnumerable<(string Place, string Header)> ReadHeaderLines()
    {
        string? problem = null;
        var file = words.GetResult(command.HeaderFile) is { Errors: var errors } && !errors.Any() ? words.GetValue(command.HeaderFile) : null;
        var text = file is null ? SecretSource.FromEnvironment(SecretSource.HeadersVariable) : SecretSource.Read(command.HeaderFile.Name, file, out problem);
        if (problem is not null)
        {
            _problems.Add(problem);
        }

        var source = file is null ? SecretSource.HeadersVariable : command.HeaderFile.Name;
        return (text ?? "").Split('\n', StringSplitOptions.TrimEntries)
            .Select((line, index) => (FormattableString.Invariant($"{source}, line {index + 1}"), line))
            .Where(static pair => pair.line.Length > 0);
    }

    private void Refuse(string place, string what) => _problems.Add($"{place} {what}");

    private bool IsGiven(Option<bool> option) => words.GetResult(option) is { Errors: var errors } && !errors.Any() && words.GetValue(option);
}
