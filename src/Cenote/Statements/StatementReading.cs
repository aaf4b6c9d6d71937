using Cenote.Providers;

namespace Cenote.Statements;

/// <summary>
/// One reading of a text for its effect. Every statement must be of a kind, and every function of a list, that is known
/// to leave its session as it was. Everything else, and every doubt about where a literal or a comment ends, may change
/// the session.
/// </summary>
internal ref struct StatementReading(string text, SqlDialect dialect, SqlLiteralRules literals, HarmlessFunctions functions, bool keepsGeneratedKeys)
{
    private LiteralScanner _scanner = new(text, literals);
    private StatementPart _part;
    private bool _isAfterBlank;
    private string _word = "";

    // The words before the current part. A name in quotes is "?", another part its first character, the start is empty.
    private string _before = "";
    private string _before2 = "";
    private string _before3 = "";
    private string _before4 = "";

    private Kind _kind;
    private string _first = "";
    private Target _target;
    private bool _mayNameTarget;
    private bool _mayNameAny;
    private bool _mustBeEmpty;
    private bool _hasSet;
    private bool _generatesKeys;

    // The brackets that are open, and whether the statement after the common table expressions has begun.
    private int _depth;
    private bool _hasMain;
    private int _statements;
    private int _controls;

    /// <summary>The kind of the statement that is read.</summary>
    private enum Kind
    {
        None,
        Query,
        Control,
        Setting,
        SettingName,
        Plain,
    }

    /// <summary>
    /// The progress of the name of the table that a statement writes to, whose columns follow in brackets.
    /// </summary>
    private enum Target
    {
        None,
        Expected,
        Named,
    }

    private readonly bool IsMySql => dialect == SqlDialect.MySql;

    private readonly bool IsPostgreSql => dialect == SqlDialect.PostgreSql;

    private readonly bool IsTransactSql => dialect == SqlDialect.TransactSql;

    internal StatementEffect Read()
    {
        while (!_scanner.IsAtEnd)
        {
            _part = _scanner.Next();
            if (_scanner.IsDoubtful)
            {
                return StatementEffect.Session;
            }

            if (_part == StatementPart.Blank)
            {
                if (!IsPlainBlank(_scanner.Part))
                {
                    return StatementEffect.Session;
                }

                _isAfterBlank = true;
                continue;
            }

            if (!(_scanner.Part is ";" ? TryEndStatement() : TryTake()))
            {
                return StatementEffect.Session;
            }
        }

        if (!TryEndStatement() || (_generatesKeys && !keepsGeneratedKeys))
        {
            return StatementEffect.Session;
        }

        // Of a text with several statements, MySQL's last answer shows only the warnings of the last one.
        if (IsMySql && _statements > 1)
        {
            return StatementEffect.Session;
        }

        // A failure of another statement of the text would leave the end of the transaction in doubt.
        return _controls == 0 ? StatementEffect.None : _statements == 1 ? StatementEffect.Transaction : StatementEffect.Session;
    }

    private bool TryEndStatement()
    {
        if (_mustBeEmpty || _kind is Kind.Setting or Kind.SettingName || (_kind == Kind.None && _before.Length > 0))
        {
            return false;
        }

        _statements += _kind == Kind.None ? 0 : 1;
        _kind = Kind.None;
        _first = _before = _before2 = _before3 = _before4 = "";
        _target = Target.None;
        _mayNameTarget = _mayNameAny = _hasSet = _hasMain = false;
        _depth = 0;
        return true;
    }

    private bool TryTake()
    {
        var part = _scanner.Part;
        if (_mustBeEmpty && part is not ")")
        {
            return false;
        }

        _mustBeEmpty = false;
        _word = _part switch
        {
            StatementPart.Word => IsAscii(part) ? part.ToString().ToUpperInvariant() : "?",
            StatementPart.Symbol => part.ToString(),
            StatementPart.Name => "?",
            _ => "0",
        };
        if (!IsKnown(part) || !(_kind switch
        {
            Kind.None => TryBegin(),
            Kind.Setting => TryBeginSetting(),
            Kind.Control => IsOfTransaction(),
            Kind.SettingName => TryNameSetting(),
            Kind.Plain => _word != "(" && !IsAssignment(),
            _ => TryContinue(),
        }))
        {
            return false;
        }

        _depth += _word switch { "(" => 1, ")" => -1, _ => 0 };
        (_before4, _before3, _before2, _before) = (_before3, _before2, _before, _word);
        _isAfterBlank = false;
        return true;
    }

    /// <summary>Determines whether every server reads the part in the same way, whatever its settings.</summary>
    private readonly bool IsKnown(ReadOnlySpan<char> part) => _part switch
    {
        StatementPart.Literal => IsKnownLiteral(part),
        StatementPart.Number => IsKnownNumber(part),

        // U&"…" is a name with escapes, and a backtick is an operator of PostgreSQL.
        StatementPart.Name => !(IsPostgreSql && part[0] == '`') && !(_before == "&" && !_isAfterBlank),
        StatementPart.Word => !(IsMySql && part[0] == '$'),
        _ => !char.IsControl(part[0]) && part[0] is not '\\' && !char.IsSurrogate(part[0]),
    };

    private readonly bool IsKnownLiteral(ReadOnlySpan<char> part)
    {
        var start = part.IndexOfAny('\'', '"', '$');
        return start >= 0

            // A long prefix may be a word that stands directly before the quote.
            && (start <= 2 || part[0] == '_')

            // Only PostgreSQL quotes with dollars.
            && (IsPostgreSql || part[start] != '$')

            // Double quotes are those of a name, or of a text, depending on a setting.
            && (part[start] != '"' || !part.Contains('\\'))

            // A backslash before a quote is an escape, or not, depending on a setting.
            && part.IndexOf("\\'") < 0 && part.IndexOf("\\\"") < 0;
    }

    // Some servers end a number before letters, so that 1INTO is two parts.
    private static bool IsKnownNumber(ReadOnlySpan<char> part)
    {
        var isHexadecimal = part.Length > 1 && part[0] == '0' && part[1] is 'x' or 'X';
        for (var i = 0; i < part.Length; i++)
        {
            var isKnown = char.IsAsciiDigit(part[i]) || part[i] is '.' or '+' or '-'
                || (isHexadecimal ? i == 1 || char.IsAsciiHexDigit(part[i]) : part[i] is 'e' or 'E' && i + 1 < part.Length && !char.IsAsciiLetter(part[i + 1]) && part[i + 1] != '_');
            if (!isKnown)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Determines whether a comment is one for every server. Some execute comments that begin with an exclamation mark,
    /// and differ in what they take for white space and for the end of a line.
    /// </summary>
    private readonly bool IsPlainBlank(ReadOnlySpan<char> blank)
    {
        if (blank.IndexOf("/*!") >= 0 || (IsMySql && blank.IndexOf("/*M", StringComparison.OrdinalIgnoreCase) >= 0))
        {
            return false;
        }

        for (var i = 0; i < blank.Length; i++)
        {
            if ((blank[i] == '\r' && (i + 1 == blank.Length || blank[i + 1] != '\n'))
                || (char.IsWhiteSpace(blank[i]) && blank[i] is not (' ' or '\t' or '\n' or '\r'))
                || (char.IsControl(blank[i]) && blank[i] is not ('\t' or '\n' or '\r')))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryBegin()
    {
        if (_word == "(")
        {
            return true;
        }

        if (_part != StatementPart.Word || (_before == "(" && _word is not ("SELECT" or "VALUES" or "WITH")))
        {
            return false;
        }

        _first = _word;
        switch (_word)
        {
            case "SELECT" or "VALUES" or "WITH" or "UPDATE" or "DELETE":
            case "TABLE" when IsPostgreSql:
                _kind = Kind.Query;
                return true;
            case "REPLACE" when IsMySql:
                _kind = Kind.Query;
                return NamesTarget();
            case "INSERT":
            case "MERGE" when IsPostgreSql:
                _kind = Kind.Query;
                return TryContinue();
            case "SHOW" when !IsTransactSql:
            case "NOTIFY" when IsPostgreSql:
                _kind = Kind.Plain;
                return true;
            case "SET" when IsPostgreSql:
                _kind = Kind.Setting;
                return true;
            case "BEGIN" or "START" or "COMMIT" or "ROLLBACK" or "SAVEPOINT" or "RELEASE" when !IsTransactSql:
            case "END" or "ABORT" when IsPostgreSql:
                _kind = Kind.Control;
                _controls++;
                _mayNameAny = _word is "SAVEPOINT" or "RELEASE";
                return true;
            default:
                return false;
        }
    }

    /// <summary>Determines whether a SET ends with its transaction.</summary>
    private bool TryBeginSetting()
    {
        _kind = Kind.SettingName;
        return _word is "LOCAL" or "TRANSACTION" or "CONSTRAINTS";
    }

    /// <summary>
    /// Determines whether a name follows. Otherwise the word before is one itself: SET local.tenant = 7, SET local TO
    /// 7.
    /// </summary>
    private bool TryNameSetting()
    {
        _kind = Kind.Plain;
        return _part is StatementPart.Word or StatementPart.Name && _word is not ("TO" or "FROM");
    }

    /// <summary>Determines whether the part ends MySQL's := of a user variable.</summary>
    private readonly bool IsAssignment() => _word == "=" && IsMySql && _before == ":" && !_isAfterBlank;

    private bool IsOfTransaction()
    {
        if (_mayNameAny && _part is StatementPart.Word or StatementPart.Name)
        {
            return true;
        }

        _mayNameAny |= _word == "TO";
        return _word == "," || (_part == StatementPart.Word && StatementWords.OfTransaction.Contains(_word));
    }

    private bool TryContinue()
    {
        _mayNameTarget &= _part == StatementPart.Word;
        switch (_part)
        {
            case StatementPart.Word:
                return TryTakeWord();
            case StatementPart.Name:
                if (_scanner.Part.Contains("pg_settings", StringComparison.OrdinalIgnoreCase) && _first != "SELECT")
                {
                    return false;
                }

                TakeNameOfTarget();
                return true;
            case StatementPart.Symbol when _word == "(":
                var isFine = IsPlainBracket();
                _target = Target.None;
                return isFine;
            case StatementPart.Symbol when IsAssignment():
                return false;
            case StatementPart.Symbol when _word == "." && _target == Target.Named:
                _target = Target.Expected;
                return true;
            default:
                _target = Target.None;
                return true;
        }
    }

    private bool TryTakeWord()
    {
        if (IsTransactSql && (StatementWords.BeginningTransactSql.Contains(_word) || (_word == "SET" && (_first != "UPDATE" || _hasSet))
            || (_word == "STATISTICS" && _before == "UPDATE")))
        {
            return false;
        }

        _hasSet |= _word == "SET";
        _hasMain |= _depth == 0 && _word is "SELECT" or "VALUES" or "TABLE" or "UPDATE" or "DELETE";
        var mayNameTarget = _mayNameTarget;
        _mayNameTarget = false;
        switch (_word)
        {
            case "INSERT" or "MERGE" when BeginsStatement():
                return NamesTarget();
            case "INSERT" or "MERGE":
                _generatesKeys = true;
                break;
            case "INTO" when mayNameTarget:
                _target = Target.Expected;
                return true;
            case "INTO" or "SQL_CALC_FOUND_ROWS":
            case "PROCEDURE" when IsMySql:
                return false;
            case "IGNORE" or "LOW_PRIORITY" or "HIGH_PRIORITY" or "DELAYED" when mayNameTarget:
                _mayNameTarget = true;
                return true;
            case "PG_SETTINGS" when _first != "SELECT":
                // Updating this view is a SET.
                return false;
            case "DEFAULT" when _first != "SELECT":
            case "VALUE" when _before == "NEXT":
            case "NEXTVAL":
                _generatesKeys = true;
                break;
        }

        TakeNameOfTarget();
        return true;
    }

    /// <summary>
    /// Determines whether a statement may begin here, so that INSERT or MERGE is not the name of a column or a
    /// function.
    /// </summary>
    private readonly bool BeginsStatement() => _before is "" or "(" || (_before == ")" && _first == "WITH" && _depth == 0 && !_hasMain);

    /// <summary>Takes a word after which a table is named whose keys the server may generate.</summary>
    private bool NamesTarget()
    {
        _generatesKeys = true;
        _mayNameTarget = true;
        _target = Target.Expected;
        return true;
    }

    private void TakeNameOfTarget() => _target = _target == Target.Expected ? Target.Named : Target.None;

    /// <summary>Determines whether the bracket is not one of an unknown function.</summary>
    private bool IsPlainBracket()
    {
        if (_target == Target.Named || IsAlias())
        {
            return true;
        }

        if (_before is "" or "?" or "0" || !IsWord(_before))
        {
            return _before is not ("?" or "0");
        }

        if (_before2 == ":" && _before[0] == ':')
        {
            // A type: ::numeric(10, 2).
            return true;
        }

        if (_before[0] is '@' or ':' or '$' or '?')
        {
            return false;
        }

        if (_before2 == ".")
        {
            return _before4 != "." && IsWord(_before3) && (functions.IsVouched($"{_before3}.{_before}") || (_before3 == "PG_CATALOG" && IsBuiltIn()));
        }

        return StatementWords.BeforeBracket.Contains(_before)
            || StatementWords.PairsBeforeBracket.Contains($"{_before2} {_before}")
            || (IsMySql && StatementWords.BeforeBracketMySql.Contains(_before))
            || (IsTransactSql && StatementWords.BeforeBracketTransactSql.Contains(_before))
            || functions.IsVouched(_before)
            || IsBuiltIn();
    }

    // An alias of a table with the names of its columns, a common table expression, or the type of a CAST.
    private readonly bool IsAlias() => _before2 is "AS" or "RECURSIVE" or "WITH" && (_before == "?" || IsWord(_before));

    private bool IsBuiltIn()
    {
        // With a blank, MySQL calls a stored function that has the name.
        if (!functions.IsBuiltIn(_before) || (IsMySql && _isAfterBlank))
        {
            return false;
        }

        // With an argument it sets what it otherwise returns, or the seed of later calls.
        _mustBeEmpty = _before == "LAST_INSERT_ID" || (IsTransactSql && _before == "RAND");
        return true;
    }

    private static bool IsWord(string part) => part.Length > 0 && (char.IsAsciiLetter(part[0]) || part[0] is '_' or '@' or ':' or '$');

    private static bool IsAscii(ReadOnlySpan<char> part) => !part.ContainsAnyExceptInRange('\0', '\x7F');
}
