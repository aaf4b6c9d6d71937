using System.Buffers;
using System.Text;
using Cenote.Providers;

namespace Cenote.Statements;

/// <summary>
/// A scanner of a statement's text, part by part. To show it, literals become <c>?</c>, comments and white space become
/// one space, and the rest after a literal without an end is left out. <see cref="StatementReading"/> checks the parts.
/// </summary>
internal ref struct LiteralScanner(string text, SqlLiteralRules literals)
{
    /// <summary>The characters that may begin a text, a name or a comment in some database.</summary>
    private static readonly SearchValues<char> Openers = SearchValues.Create("'\"`[$#-");

    private readonly ReadOnlySpan<char> _text = text;
    private int _start;
    private int _at;

    internal readonly bool IsAtEnd => _at >= _text.Length;

    private readonly bool EscapesBackslash => literals.HasFlag(SqlLiteralRules.BackslashEscapes);

    /// <summary>
    /// Gets whether the text may be read in another way, by another database or with other settings of its session.
    /// </summary>
    internal bool IsDoubtful { get; private set; }

    /// <summary>Gets the text of the current part.</summary>
    internal readonly ReadOnlySpan<char> Part => _text[_start.._at];

    /// <summary>Moves to the next part.</summary>
    internal StatementPart Next()
    {
        _start = _at;
        var first = _text[_at];
        if (char.IsWhiteSpace(first) || StartsComment())
        {
            SkipBlank();
            return StatementPart.Blank;
        }

        if (first == '\'')
        {
            SkipQuoted('\'', literals);
            return StatementPart.Literal;
        }

        if (first is '"' or '`' || (first == '[' && literals.HasFlag(SqlLiteralRules.BracketedIdentifiers)))
        {
            return SkipDoublyQuoted(first == '[' ? ']' : first);
        }

        if (first == '[')
        {
            SkipBracket();
            return StatementPart.Symbol;
        }

        if (first == '$' && !EscapesBackslash && TryFindDollarQuote(out var end, out var isClosed))
        {
            IsDoubtful |= !isClosed;
            _at = end;
            return StatementPart.Literal;
        }

        if (char.IsAsciiDigit(first) || (first == '.' && _at + 1 < _text.Length && char.IsAsciiDigit(_text[_at + 1])))
        {
            SkipNumber();
            return StatementPart.Number;
        }

        if (IsWord(first) || first is '@' or ':' or '$' or '?')
        {
            return SkipWord();
        }

        _at++;
        return StatementPart.Symbol;
    }

    internal void AppendNext(StringBuilder shape)
    {
        switch (Next())
        {
            case StatementPart.Blank:
                if (shape.Length > 0 && shape[^1] != ' ')
                {
                    shape.Append(' ');
                }

                break;
            case StatementPart.Symbol:
                shape.Append(_text[_start]);
                break;
            case StatementPart.Name when !MayBeText(shape):
            case StatementPart.Word:
                shape.Append(Part);
                break;
            default:
                shape.Append('?');
                break;
        }
    }

    /// <summary>Skips a name in quotes, or a possible text.</summary>
    private StatementPart SkipDoublyQuoted(char quote)
    {
        var isName = quote is '`' or ']' || literals.HasFlag(SqlLiteralRules.DoubleQuotedIdentifiers);
        var isClosed = SkipQuoted(quote, isName ? SqlLiteralRules.NoBackslashEscapes : literals);
        return isName && isClosed ? StatementPart.Name : StatementPart.Literal;
    }

    /// <summary>Gets whether the name in double quotes may be a text.</summary>
    private readonly bool MayBeText(StringBuilder shape) =>
        _text[_start] == '"' && literals.HasFlag(SqlLiteralRules.DoubleQuotedStrings) && (_at >= _text.Length || _text[_at] != '.') && FollowsOperator(shape);

    /// <summary>
    /// Gets whether a value follows: after an operator, in the brackets of IN and VALUES, and next to a value in a
    /// list.
    /// </summary>
    private static bool FollowsOperator(StringBuilder shape)
    {
        var end = shape.Length;
        while (end > 0 && shape[end - 1] == ' ')
        {
            end--;
        }

        if (end == 0)
        {
            return false;
        }

        if (shape[end - 1] is '=' or '<' or '>' or '|' or '+' or '-' or '*' or '/' or '%')
        {
            return true;
        }

        if (shape[end - 1] == ',')
        {
            // ("a", ?, "b"): a list with one value is a list of values.
            var before = end - 2;
            while (before >= 0 && shape[before] == ' ')
            {
                before--;
            }

            return before >= 0 && shape[before] == '?';
        }

        var isInBrackets = shape[end - 1] == '(';
        var stop = isInBrackets ? end - 1 : end;
        while (stop > 0 && shape[stop - 1] == ' ')
        {
            stop--;
        }

        var start = stop;
        while (start > 0 && char.IsAsciiLetter(shape[start - 1]))
        {
            start--;
        }

        var word = shape.ToString(start, stop - start).ToUpperInvariant();
        return isInBrackets ? word is "IN" or "VALUES" : word is "LIKE" or "GLOB" or "MATCH" or "REGEXP" or "BETWEEN" or "THEN" or "ELSE" or "ESCAPE" or "IS" or "NOT";
    }

    /// <summary>
    /// Skips the bracket of an index or an array, whose contents are scanned like other text. Nothing after it is shown
    /// when it may also be a name that contains a quote.
    /// </summary>
    private void SkipBracket()
    {
        var rest = _text[_at..];
        var end = rest.IndexOf(']');
        var isDoubtful = literals == SqlLiteralRules.None && rest[1..(end < 0 ? rest.Length : end)].ContainsAny(Openers);
        IsDoubtful |= isDoubtful;
        _at += isDoubtful ? rest.Length : 1;
    }

    /// <summary>
    /// Skips a word, a name or a parameter. Letters directly before a quote belong to the literal: N'…', E'…', X'…',
    /// _utf8'…', q'[…]'.
    /// </summary>
    private StatementPart SkipWord()
    {
        _at++;
        while (_at < _text.Length && (IsWord(_text[_at]) || (_text[_at] == '$' && IsWord(_text[_start]))))
        {
            _at++;
        }

        var word = Part;

        // PostgreSQL reads @a$$ as an operator and the name a$$.
        IsDoubtful |= _at < _text.Length && _text[_at] == '$' && !IsWord(word[0]);
        if (_at >= _text.Length || _text[_at] != '\'' || !IsWord(word[0]))
        {
            return StatementPart.Word;
        }

        if (word is "q" or "Q" or "nq" or "NQ" or "Nq" or "nQ")
        {
            SkipAlternative();
        }
        else if (word is "e" or "E")
        {
            SkipEscaped();
        }
        else
        {
            SkipQuoted('\'', literals);
        }

        return StatementPart.Literal;
    }

    /// <summary>
    /// Skips PostgreSQL's E'…', which continues in further quotes after white space, also with escapes.
    /// </summary>
    private void SkipEscaped()
    {
        int end;
        do
        {
            SkipQuoted('\'', SqlLiteralRules.BackslashEscapes);
            end = _at;
            SkipBlank();
        }
        while (_at < _text.Length && _text[_at] == '\'');

        _at = end;
    }

    private void SkipBlank()
    {
        while (_at < _text.Length)
        {
            if (char.IsWhiteSpace(_text[_at]))
            {
                _at++;
            }
            else if (!StartsComment())
            {
                return;
            }
            else if (_text[_at] == '/')
            {
                SkipBlockComment();
            }
            else
            {
                SkipLine();
            }
        }
    }

    /// <summary>
    /// Skips to the end of the line. Skips to the end of the text when this may not be a comment or may end elsewhere,
    /// because a quote could then be paired wrongly.
    /// </summary>
    private void SkipLine()
    {
        var rest = _text[_at..];
        var end = rest.IndexOfAny('\n', '\r') is >= 0 and var found ? found : rest.Length;
        var feed = rest.IndexOf('\n') is >= 0 and var last ? last : rest.Length;
        var content = rest[(rest[0] == '#' ? 1 : 2)..end];
        var isDoubtful = literals == SqlLiteralRules.None && (rest[0] == '#' || !IsSpaceAt(rest, 2)) && content.ContainsAny(Openers);
        isDoubtful |= rest[end..feed].ContainsAny(Openers);
        IsDoubtful |= isDoubtful;
        _at += isDoubtful ? rest.Length : end;
    }

    private readonly bool StartsComment()
    {
        var rest = _text[_at..];
        return rest.StartsWith("/*")
            || (rest.StartsWith("--") && (!EscapesBackslash || IsSpaceAt(rest, 2)))
            || (rest[0] == '#' && (EscapesBackslash || literals == SqlLiteralRules.None));
    }

    private static bool IsSpaceAt(ReadOnlySpan<char> text, int index) =>
        index >= text.Length || char.IsWhiteSpace(text[index]) || char.IsControl(text[index]);

    /// <summary>
    /// Skips a nested comment. Without nesting it has ended before, so nothing after it is shown if a text may begin in
    /// between.
    /// </summary>
    private void SkipBlockComment()
    {
        var depth = 0;
        var firstEnd = -1;
        while (_at < _text.Length)
        {
            var rest = _text[_at..];
            if (rest.StartsWith("/*"))
            {
                // Without nesting, the comment ends earlier.
                IsDoubtful |= ++depth > 1;
                _at += 2;
            }
            else if (rest.StartsWith("*/"))
            {
                _at += 2;
                firstEnd = firstEnd < 0 ? _at : firstEnd;
                if (--depth == 0)
                {
                    _at = _text[firstEnd.._at].ContainsAny(Openers) ? _text.Length : _at;
                    return;
                }
            }
            else
            {
                _at++;
            }
        }

        IsDoubtful = true;
    }

    /// <summary>Skips from a quote to its closing quote, over doubled quotes.</summary>
    /// <returns>Whether the closing quote exists.</returns>
    private bool SkipQuoted(char quote, SqlLiteralRules style)
    {
        for (_at++; _at < _text.Length; _at++)
        {
            var character = _text[_at];
            if (character == '\\' && style.HasFlag(SqlLiteralRules.BackslashEscapes))
            {
                _at++;
            }
            else if (character == '\\' && !style.HasFlag(SqlLiteralRules.NoBackslashEscapes) && _at + 1 < _text.Length && _text[_at + 1] == quote)
            {
                // The literal may end here or continue. The rules do not define it.
                break;
            }
            else if (character == quote)
            {
                _at++;
                if (_at >= _text.Length || _text[_at] != quote)
                {
                    return true;
                }
            }
        }

        _at = _text.Length;
        IsDoubtful = true;
        return false;
    }

    /// <summary>
    /// Skips Oracle's q'[…]', whose end is the closing bracket, or the same character, before a quote.
    /// </summary>
    private void SkipAlternative()
    {
        IsDoubtful = true;
        if (_at + 1 >= _text.Length)
        {
            _at = _text.Length;
            return;
        }

        var closing = _text[_at + 1] switch { '[' => ']', '(' => ')', '{' => '}', '<' => '>', var other => other };
        var length = _text[(_at + 2)..].IndexOf([closing, '\'']);
        _at = length < 0 ? _text.Length : _at + 2 + length + 2;
    }

    /// <summary>Finds the end of PostgreSQL's $tag$…$tag$. $1 is a parameter.</summary>
    private readonly bool TryFindDollarQuote(out int end, out bool isClosed)
    {
        end = 0;
        isClosed = false;
        var tag = _at + 1;
        while (tag < _text.Length && IsWord(_text[tag]) && !(tag == _at + 1 && char.IsAsciiDigit(_text[tag])))
        {
            tag++;
        }

        if (tag >= _text.Length || _text[tag] != '$')
        {
            return false;
        }

        var quote = _text[_at..(tag + 1)];
        var length = _text[(tag + 1)..].IndexOf(quote);
        isClosed = length >= 0;
        end = isClosed ? tag + 1 + length + quote.Length : _text.Length;
        return true;
    }

    private void SkipNumber()
    {
        while (_at < _text.Length
            && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '.' or '_'
                || (_text[_at] is '+' or '-' && _text[_at - 1] is 'e' or 'E')))
        {
            _at++;
        }
    }

    /// <summary>Gets whether a character belongs to a word. Databases treat non-ASCII characters as letters.</summary>
    private static bool IsWord(char character) => char.IsLetterOrDigit(character) || character is '_' or >= '\u0080';
}
