using System.CommandLine;

namespace Cenote.Cli.Commands;

/// <summary>
/// Turns the words of the command line into options, and names everything that cannot work. Whatever may be a secret (a header, the user in an address)
/// is told by its place, not by its text.
/// </summary>
internal sealed class TopOptionsReader(TopCommand command, ParseResult words)
{
    private readonly List<string> _problems = [];

    /// <summary>One sentence a problem; empty when the options are good.</summary>
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
            _problems.Add("URL is no address that begins with http:// or https://, such as http://127.0.0.1:5080/pools.");
            return null;
        }

        if (address.UserInfo.Length > 0)
        {
            _problems.Add("URL has a user or a password in it, which would stay in the shell's history: send it by --header-file, as Authorization: ….");
        }

        if (address.Query.Length > 0)
        {
            _problems.Add("URL has a query after '?': leave it away; --pool NAME shows one pool.");
        }

        // A fragment is welcome: the page's own addresses have one.
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
        var headers = words.GetResult(command.Header) is { Errors: var errors } && !errors.Any() ? words.GetValue(command.Header) ?? [] : [];
        using var scratch = new HttpRequestMessage();
        foreach (var (index, header) in headers.Concat(ReadHeaderLines()).Index())
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            var name = colon < 0 ? "" : header[..colon].Trim();
            var value = header[(colon + 1)..].Trim();
            if (name.Length == 0 || value.Length == 0)
            {
                Refuse(index, "is not of the form \"Name: value\" (quote it, or the shell takes it apart).");
            }
            else if (value.Any(char.IsControl) || value.Any(character => character > '~'))
            {
                Refuse(index, "has a character in its value that no header may have.");
            }
            else if (!scratch.Headers.TryAddWithoutValidation(name, value))
            {
                Refuse(index, "has a name that no header of a request may have.");
            }
            else
            {
                yield return new(name, value);
            }
        }
    }

    private string[] ReadHeaderLines()
    {
        string? problem = null;
        var text = words.GetResult(command.HeaderFile) is { Errors: var errors } && !errors.Any() && words.GetValue(command.HeaderFile) is { } file
            ? SecretSource.Read(command.HeaderFile.Name, file, out problem)
            : SecretSource.FromEnvironment(SecretSource.HeadersVariable);
        if (problem is not null)
        {
            _problems.Add(problem);
        }

        return text?.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
    }

    private void Refuse(int index, string what) => _problems.Add(FormattableString.Invariant($"--header, the {index + 1}. given, {what}"));

    private bool IsGiven(Option<bool> option) => words.GetResult(option) is { Errors: var errors } && !errors.Any() && words.GetValue(option);
}
