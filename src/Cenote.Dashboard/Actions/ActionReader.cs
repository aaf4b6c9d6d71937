using System.Globalization;
using System.Text.Json;
using Cenote.Dashboard.Access;
using Microsoft.AspNetCore.Http;

namespace Cenote.Dashboard.Actions;

/// <summary>
/// Reads an action from the body of a request. By hand, not by a deserializer: that would stop at the first thing that
/// is wrong.
/// </summary>
internal sealed class ActionReader
{
    internal const int LargestBody = 16 * 1024;

    private static readonly string[] Members = ["pool", "action", "minSize", "maxSize", "lease"];

    private static readonly Dictionary<string, PoolAction> Actions =
        Enum.GetValues<PoolAction>().ToDictionary(static action => JsonNamingPolicy.CamelCase.ConvertName(action.ToString()), StringComparer.Ordinal);

    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];

    /// <exception cref="Refusal">The body is not a valid action; the exception lists every problem.</exception>
    internal static async Task<ActionRequest> ReadAsync(HttpContext context)
    {
        using var document = Parse(await ReadBodyAsync(context).ConfigureAwait(false));
        return new ActionReader().Read(document.RootElement);
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpContext context)
    {
        var body = new byte[LargestBody + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted).ConfigureAwait(false);
        return length <= LargestBody
            ? body.AsMemory(0, length)
            : throw new Refusal(StatusCodes.Status413PayloadTooLarge, "The request is too large.", FormattableString.Invariant($"The body has more than {LargestBody} bytes. An action needs a few hundred."));
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 4 });
        }
        catch (JsonException exception)
        {
            throw Bad($"The body is not a JSON object (line {Invariant(exception.LineNumber ?? 0)}, byte {Invariant(exception.BytePositionInLine ?? 0)}). {Example}");
        }
    }

    private const string Example = """Send one such as {"pool":"orders","action":"suspend"}.""";

    private ActionRequest Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Bad($"The body is JSON of kind {root.ValueKind}, not an object. {Example}");
        }

        foreach (var member in root.EnumerateObject())
        {
            AddProblem(member);
        }

        var pool = Text("pool", isRequired: true);
        var action = ReadAction();
        var minSize = Number("minSize", action, 0, 10_000);
        var maxSize = Number("maxSize", action, 1, 10_000);
        var lease = Text("lease", isRequired: action == PoolAction.Revoke, belongsTo: PoolAction.Revoke, action);
        if (minSize > maxSize && _problems.Count == 0)
        {
            _problems.Add(FormattableString.Invariant($"'minSize' is {minSize}, above 'maxSize', which is {maxSize}. Lower the one or raise the other."));
        }

        return _problems.Count == 0 ? new ActionRequest(pool, action!.Value, minSize, maxSize, lease) : throw Bad([.. _problems]);
    }

    private void AddProblem(JsonProperty member)
    {
        string name;
        try
        {
            name = member.Name;
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair: JSON, but no text.
            _problems.Add("The name of a member is not Unicode text. Remove the member.");
            return;
        }

        if (!Members.Contains(name, StringComparer.Ordinal))
        {
            _problems.Add($"The member '{QueryReader.Shorten(name)}' is unknown. Known: {string.Join(", ", Members)}.");
        }
        else if (!_members.TryAdd(name, member.Value))
        {
            _problems.Add($"The member '{name}' is there twice. Give it once.");
        }
    }

    private PoolAction? ReadAction()
    {
        var name = Text("action", isRequired: true);
        if (name.Length == 0)
        {
            return null;
        }

        if (Actions.TryGetValue(name, out var action))
        {
            return action;
        }

        _problems.Add($"'action' is '{QueryReader.Shorten(name)}'. It must be one of {string.Join(", ", Actions.Keys)}.");
        return null;
    }

    private string Text(string member, bool isRequired, PoolAction? belongsTo = null, PoolAction? action = null)
    {
        if (!_members.TryGetValue(member, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            if (isRequired)
            {
                _problems.Add($"'{member}' is missing. Give it a text.");
            }

            return "";
        }

        if (IsUnknownField(member, belongsTo, action))
        {
            return "";
        }

        if (ReadText(value) is { Length: > 0 } text)
        {
            return text;
        }

        _problems.Add($"'{member}' is {(value.ValueKind == JsonValueKind.String ? "empty, or no Unicode text" : $"of kind {value.ValueKind}")}. It must be a text.");
        return "";
    }

    private static string? ReadText(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private int Number(string member, PoolAction? action, int least, int most)
    {
        if (!_members.TryGetValue(member, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            if (action == PoolAction.Resize)
            {
                _problems.Add(FormattableString.Invariant($"'{member}' is missing. A resize needs a whole number, {least} to {most}."));
            }

            return least;
        }

        if (IsUnknownField(member, PoolAction.Resize, action))
        {
            return least;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most)
        {
            return number;
        }

        _problems.Add($"'{member}' is {QueryReader.Shorten(value.GetRawText())}. It must be a whole number, {Invariant(least)} to {Invariant(most)}.");
        return least;
    }

    /// <summary>A size beside a suspend is a misunderstanding, and not passed over.</summary>
    private bool IsUnknownField(string member, PoolAction? belongsTo, PoolAction? action)
    {
        if (belongsTo is not { } owner || action is not { } wanted || wanted == owner)
        {
            return false;
        }

        _problems.Add($"'{member}' belongs to {JsonNamingPolicy.CamelCase.ConvertName(owner.ToString())} alone. Leave it out.");
        return true;
    }

    private static string Invariant(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static Refusal Bad(params IReadOnlyList<string> problems) => new(StatusCodes.Status400BadRequest, "The action cannot be understood.", problems);
}
