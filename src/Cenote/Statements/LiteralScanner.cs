using System.Text;
using Cenote.Providers;

namespace Cenote.Statements;

/// <summary>
/// Goes through a statement's text, part by part: literals become <c>?</c>, comments and white space one space. A literal that does not end
/// takes the rest with it: nothing of it is ever shown.
/// </summary>
internal ref struct LiteralScanner(string text, SqlLiterals literals)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

    internal readonly bool IsAtEnd => _at >= _text.Length;

    private readonly bool EscapesBackslash => literals.HasFlag(SqlLiterals.BackslashEscapes);

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
        else if (first == '$' && TryFindDollarQuote(out var end))
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

    /// <summary>A name in a database's own quotes stays, with its quotes; what may be a text goes.</summary>
    private void AppendDoublyQuoted(StringBuilder shape, char quote)
    {
        if (quote == '[')
        {
            // A name of SQL Server or SQLite, an index or an array of PostgreSQL: what is in it is looked at like anything else.
            shape.Append('[');
            _at++;
            return;
        }

        var start = _at;
        var isName = quote == '`' || literals.HasFlag(SqlLiterals.NamesInDoubleQuotes);
        var isClosed = SkipQuoted(quote, isName ? SqlLiterals.PlainBackslashes : literals);
        shape.Append(isName && isClosed ? _text[start.._at] : "?");
    }

    /// <summary>Words, names and parameters. Letters right before a quote belong to the literal: N'…', E'…', X'…', _utf8'…', q'[…]'.</summary>
    private void AppendWord(StringBuilder shape)
    {
        var start = _at++;
        while (_at < _text.Length && IsWord(_text[_at]))
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
            else
            {
                SkipQuoted('\'', word is "e" or "E" ? SqlLiterals.BackslashEscapes : literals);
            }

            shape.Append('?');
            return;
        }

        shape.Append(word);
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
                var length = _text[_at..].IndexOfAny('\n', '\r');
                _at = length < 0 ? _text.Length : _at + length;
            }
        }
    }

    private readonly bool StartsComment()
    {
        var rest = _text[_at..];
        return rest.StartsWith("--") || rest.StartsWith("/*") || (EscapesBackslash && rest[0] == '#');
    }

    /// <summary>As where comments nest: elsewhere that hides too much rather than too little.</summary>
    private void SkipBlockComment()
    {
        var depth = 0;
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
                if (--depth == 0)
                {
                    return;
                }
            }
            else
            {
                _at++;
            }
        }
    }

    /// <summary>From a quote to the one that ends it, doubled ones skipped.</summary>
    /// <returns>Whether there is one.</returns>
    private bool SkipQuoted(char quote, SqlLiterals style)
    {
        for (_at++; _at < _text.Length; _at++)
        {
            var character = _text[_at];
            if (character == '\\' && style.HasFlag(SqlLiterals.BackslashEscapes))
            {
                _at++;
            }
            else if (character == '\\' && !style.HasFlag(SqlLiterals.PlainBackslashes) && _at + 1 < _text.Length && _text[_at + 1] == quote)
            {
                // It ends here or goes on, and nobody says which.
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

    /// <summary>Oracle's q'[…]', whose end is the closing bracket, or the same character again, before a quote.</summary>
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

    /// <summary>PostgreSQL's $tag$…$tag$; $1 is a parameter.</summary>
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

    private static bool IsWord(char character) => char.IsLetterOrDigit(character) || character == '_';
}
