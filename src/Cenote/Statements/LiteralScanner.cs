using System.Buffers;
using System.Text;
using Cenote.Providers;

namespace Cenote.Statements;

/// <summary>
/// A scanner of a statement's text, part by part. Literals become <c>?</c>, comments and white space become one space.
/// The rest after a literal without an end is never shown.
/// </summary>
internal ref struct LiteralScanner(string text, SqlLiteralRules literals)
{
    /// <summary>The characters that may begin a text, a name or a comment in some database.</summary>
    private static readonly SearchValues<char> Openers = SearchValues.Create("'\"`[$#-");

    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

    internal readonly bool IsAtEnd => _at >= _text.Length;

    private readonly bool EscapesBackslash => literals.HasFlag(SqlLiteralRules.BackslashEscapes);

    internal void AppendNext(StringBuilder shape)
    {
        var first = _text[_at];
        if (char.IsWhiteSpace(first) || StartsComment())
        {
            SkipBlank();
            if (shape.Length > 0 && shape[^1] != ' ')
            {
                shape.Append(' ');
            }
        }
        else if (first == '\'')
        {
            SkipQuoted('\'', literals);
            shape.Append('?');
        }
        else if (first is '"' or '`' or '[')
        {
            AppendDoublyQuoted(shape, first);
        }
        else if (first == '$' && !EscapesBackslash && TryFindDollarQuote(out var end))
        {
            _at = end;
            shape.Append('?');
        }
        else if (char.IsAsciiDigit(first) || (first == '.' && _at + 1 < _text.Length && char.IsAsciiDigit(_text[_at + 1])))
        {
            SkipNumber();
            shape.Append('?');
        }
        else if (IsWord(first) || first is '@' or ':' or '$' or '?')
        {
            AppendWord(shape);
        }
        else
        {
            shape.Append(first);
            _at++;
        }
    }

    /// <summary>Appends a name with its quotes, or <c>?</c> for a possible text.</summary>
    private void AppendDoublyQuoted(StringBuilder shape, char quote)
    {
        if (quote == '[' && !literals.HasFlag(SqlLiteralRules.BracketedIdentifiers))
        {
            AppendBracket(shape);
            return;
        }

        if (quote == '[')
        {
            quote = ']';
        }

        var start = _at;
        var isName = quote is '`' or ']' || literals.HasFlag(SqlLiteralRules.DoubleQuotedIdentifiers);
        var isClosed = SkipQuoted(quote, isName ? SqlLiteralRules.NoBackslashEscapes : literals);
        if (quote == '"' && literals.HasFlag(SqlLiteralRules.DoubleQuotedStrings) && (_at >= _text.Length || _text[_at] != '.') && FollowsOperator(shape))
        {
            isName = false;
        }

        shape.Append(isName && isClosed ? _text[start.._at] : "?");
    }

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
    /// Appends the bracket of an index or an array, whose contents are scanned like other text. Nothing after it is
    /// shown when it may also be a name that contains a quote.
    /// </summary>
    private void AppendBracket(StringBuilder shape)
    {
        var rest = _text[_at..];
        var end = rest.IndexOf(']');
        shape.Append('[');
        _at += literals == SqlLiteralRules.None && rest[1..(end < 0 ? rest.Length : end)].ContainsAny(Openers) ? rest.Length : 1;
    }

    /// <summary>
    /// Appends a word, a name or a parameter. Letters directly before a quote belong to the literal: N'…', E'…', X'…',
    /// _utf8'…', q'[…]'.
    /// </summary>
    private void AppendWord(StringBuilder shape)
    {
        var start = _at++;
        while (_at < _text.Length && (IsWord(_text[_at]) || (_text[_at] == '$' && IsWord(_text[start]))))
        {
            _at++;
        }

        var word = _text[start.._at];
        if (_at < _text.Length && _text[_at] == '\'' && IsWord(word[0]))
        {
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

            shape.Append('?');
            return;
        }

        shape.Append(word);
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
        _at += isDoubtful || rest[end..feed].ContainsAny(Openers) ? rest.Length : end;
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
                depth++;
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
        return false;
    }

    /// <summary>
    /// Skips Oracle's q'[…]', whose end is the closing bracket, or the same character, before a quote.
    /// </summary>
    private void SkipAlternative()
    {
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
    private readonly bool TryFindDollarQuote(out int end)
    {
        end = 0;
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
        end = length < 0 ? _text.Length : tag + 1 + length + quote.Length;
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
