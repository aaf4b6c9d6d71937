using System.Globalization;
using System.Text;

namespace Cenote.Shared;

/// <summary>
/// A detector of characters that a reader of a log or a page cannot see, or that change how the text around them is
/// shown. In a name they make one pool look like another.
/// </summary>
internal static class PrintableText
{
    /// <summary>Describes the first such character: its code point, what it is, and where.</summary>
    /// <returns><see langword="null"/> when the text has none.</returns>
    internal static string? FindFault(string text)
    {
        for (var index = 0; index < text.Length;)
        {
            var isWhole = Rune.TryGetRuneAt(text, index, out var rune);
            if ((isWhole ? FaultOf(rune) : "half a surrogate pair") is { } fault)
            {
                return FormattableString.Invariant($"{CodePoint(isWhole ? rune.Value : text[index])} ({fault}) at index {index}");
            }

            index += rune.Utf16SequenceLength;
        }

        return null;
    }

    /// <summary>Returns the text with a question mark for each such character.</summary>
    internal static string Clean(string text)
    {
        if (FindFault(text) is null)
        {
            return text;
        }

        // Halves of a surrogate pair come as the replacement character.
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            clean.Append(rune == Rune.ReplacementChar || FaultOf(rune) is not null ? "?" : rune.ToString());
        }

        return clean.ToString();
    }

    /// <summary>Returns whether the character is invisible, whatever stands beside it.</summary>
    internal static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format || IsWithoutTrace(rune.Value);

    private static string CodePoint(int value) => FormattableString.Invariant($"U+{value:X4}");

    private static string? FaultOf(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control => "a control character",
        UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => "a line separator",
        UnicodeCategory.Format => IsDirection(rune.Value) ? "changes the direction of text" : "invisible",

        _ => IsWithoutTrace(rune.Value) ? "invisible"
            : (rune.Value & 0xFFFE) == 0xFFFE || rune.Value is >= 0xFDD0 and <= 0xFDEF ? "no character"
            : null,
    };

    // What counts as a letter or a mark, or is not assigned yet, and is not drawn: Default_Ignorable_Code_Point of
    // Unicode 17 without what is of the category Format, the blank of Braille and the filler of Khitan. Variation
    // selectors too, also after an emoji: a heart with one and a heart without are two names that look the same.
    private static bool IsWithoutTrace(int value) => value
        is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x2065 or 0x2800 or 0x3164
        or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0 or (>= 0xFFF0 and <= 0xFFF8) or 0x16FE4 or (>= 0xE0000 and <= 0xE0FFF);

    private static bool IsDirection(int value) => value is 0x061C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
