namespace Cenote.Shared;

/// <summary>
/// A reader of secrets from a file, standard input or the environment. They must not be arguments, because every user
/// of the machine sees the arguments of a process.
/// </summary>
internal static class SecretSource
{
    internal const string ConnectionVariable = "CENOTE_CONNECTION";
    internal const string HeadersVariable = "CENOTE_HEADERS";

    private const int Longest = 65_536;

    /// <summary>Reads the text of a file, or of standard input for <c>-</c>.</summary>
    /// <param name="option">The option with the file, for the message.</param>
    /// <param name="path">The file.</param>
    /// <param name="problem">The reason why it cannot be read; never a part of the text.</param>
    internal static string? Read(string option, string path, out string? problem)
    {
        problem = null;
        try
        {
            using var reader = path == "-" ? Console.In : new StreamReader(path);
            var text = new char[Longest + 1];
            var length = reader.ReadBlock(text);
            if (length > Longest)
            {
                problem = $"{option} {path}: the file has more than {Longest} characters.";
                return null;
            }

            if (new string(text, 0, length).Trim() is { Length: > 0 } content)
            {
                return content;
            }

            problem = path == "-" ? $"{option} -: standard input is empty." : $"{option} {path}: the file is empty.";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problem = $"{option}: the file cannot be read ({exception.GetType().Name}).";
        }

        return null;
    }

    internal static string? FromEnvironment(string variable) => Environment.GetEnvironmentVariable(variable) is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;
}
