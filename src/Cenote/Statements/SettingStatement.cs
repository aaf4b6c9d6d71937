namespace Cenote.Statements;

/// <summary>
/// A finder of values without the quotes of a literal: settings (<c>PRAGMA key = word</c>, <c>SET x TO word</c>),
/// passwords (<c>ALTER USER u IDENTIFIED BY word</c>) and the data after <c>COPY … FROM STDIN</c>. The rest of the
/// statement from the first such value is left out.
/// </summary>
internal ref struct SettingStatement
{
    private string _first = "";
    private string _second = "";
    private bool _sets;
    private bool _identifies;

    public SettingStatement()
    {
    }

    /// <summary>Reads the next part of the statement, as it is shown.</summary>
    /// <param name="part">A word, a literal's <c>?</c>, an operator or a bracket.</param>
    /// <returns>Whether the rest of the statement is a value.</returns>
    internal bool IsBeforeValue(ReadOnlySpan<char> part)
    {
        if (part is ";")
        {
            this = new();
            return false;
        }

        if (!char.IsLetter(part[0]))
        {
            return _first switch
            {
                "PRAGMA" => part is "=" or "(",
                "SET" or "ALTER" => _sets && part is "=",
                _ => false,
            };
        }

        var word = part.Length <= 20 ? part.ToString().ToUpperInvariant() : "";
        if (_first.Length == 0)
        {
            _first = word;
            _sets = word == "SET";
            return false;
        }

        _second = _second.Length == 0 ? word : _second;
        if (_first == "ALTER" && word == "SET")
        {
            _sets = true;
            return false;
        }

        switch (_first)
        {
            case "SET" or "ALTER" when _sets && word == "TO":
            case "ATTACH" when word == "KEY":
            case "COPY" when word == "STDIN":
                return true;
            case "SET" or "ALTER" or "CREATE" or "GRANT" or "CHANGE" when ConcernsAccount():
                _identifies |= word == "IDENTIFIED";
                return word == "PASSWORD" || (_identifies && word is "BY" or "AS" or "USING");
            default:
                return false;
        }
    }

    /// <summary>
    /// Gets whether the statement concerns an account. A column of a table may have the name password.
    /// </summary>
    private readonly bool ConcernsAccount() =>
        _second is not ("TABLE" or "VIEW" or "INDEX" or "UNIQUE" or "TEMP" or "TEMPORARY" or "UNLOGGED" or "MATERIALIZED" or "FUNCTION" or "PROCEDURE" or "TRIGGER" or "TYPE" or "SCHEMA" or "SEQUENCE");
}
