using System.Text;

namespace Cenote.Providers;

/// <summary>
/// A normalizer for text that may hide a setting from a reader: percent-encoding, full-width characters and
/// look-alikes, quotes, invisible characters.
/// </summary>
internal static class PlainText
{
    internal static string Of(string text)
    {
        // Twice, because text that was encoded for a URL may have been encoded once more on its way into another.
        var decoded = text.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(Uri.UnescapeDataString(text)) : text;
        var plain = new StringBuilder(decoded.Length);
        foreach (var rune in decoded.EnumerateRunes())
        {
            if (!rune.IsBmp)
            {
                plain.Append(PrintableText.IsInvisible(rune) ? "" : rune.ToString());
                continue;
            }

            var character = (char)rune.Value;
            switch (character)
            {
                case '\'' or '"' or '`' or '‘' or '’' or '“' or '”' or '＂' or '＇':
                    break;
                case '﹦' or '⁼' or '₌' or '꞊':
                    plain.Append('=');
                    break;
                case '﹕' or '∶' or '꞉':
                    plain.Append(':');
                    break;
                case '﹔' or '\u037E' or '؛':
                    plain.Append(';');
                    break;
                case '﹫':
                    plain.Append('@');
                    break;
                case >= '！' and <= '～':
                    plain.Append((char)(character - '！' + '!'));
                    break;
                default:
                    if (char.IsWhiteSpace(character) || char.IsControl(character))
                    {
                        plain.Append(' ');
                    }
                    else if (!PrintableText.IsInvisible(rune))
                    {
                        plain.Append(character);
                    }

                    break;
            }
        }

        return plain.ToString();
    }
}
