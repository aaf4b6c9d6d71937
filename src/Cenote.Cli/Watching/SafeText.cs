using System.Globalization;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cenote.Cli.Watching;

/// <summary>
/// Makes text of a server safe for a terminal. Names, statements and messages come from others, and an escape sequence
/// in them could forge the picture. Line breaks and tabs become a space, other invisible characters a mark.
/// </summary>
internal static class SafeText
{
    private const string Mark = "\uFFFD";

    public static string Clean(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var clean = new StringBuilder(text.Length);
        var wasBlank = false;
        foreach (var rune in text.EnumerateRunes())
        {
            var isBlank = rune.Value is '\t' or '\n' or '\r' or '\u0085' or '\u2028' or '\u2029';
            if (!isBlank || !wasBlank)
            {
                clean.Append(isBlank ? " " : IsVisible(rune) ? rune.ToString() : Mark);
            }

            wasBlank = isBlank;
        }

        return clean.ToString();
    }

    /// <summary>Makes a text exactly as wide: cut with an ellipsis, or padded.</summary>
    public static string Fit(string? text, int width) => Cut(text, width) is var cut ? cut + new string(' ', Math.Max(0, width - Cells(cut))) : "";

    /// <summary>Cuts the end of a text that is wider.</summary>
    public static string Cut(string? text, int width)
    {
        var clean = Clean(text);
        if (Cells(clean) <= width)
        {
            return clean;
        }

        var cut = new StringBuilder();
        var elements = StringInfo.GetTextElementEnumerator(clean);
        while (elements.MoveNext() && Cells(cut.ToString() + elements.GetTextElement()) < width)
        {
            cut.Append(elements.GetTextElement());
        }

        return width <= 0 ? "" : cut.Append('…').ToString();
    }

    /// <summary>Cuts the beginning of a text that is wider.</summary>
    public static string CutStart(string? text, int width)
    {
        var clean = Clean(text);
        if (Cells(clean) <= width)
        {
            return clean;
        }

        var elements = ElementsOf(clean);
        var first = elements.Count;
        var cells = 1;
        while (first > 0 && cells + Cells(elements[first - 1]) <= width)
        {
            cells += Cells(elements[--first]);
        }

        return width <= 0 ? "" : "…" + string.Concat(elements.Skip(first));
    }

    /// <summary>
    /// Breaks a text into lines between words, or inside a word that is longer than a line.
    /// </summary>
    public static IEnumerable<string> Wrap(string? text, int width)
    {
        var line = "";
        foreach (var word in Clean(text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && Cells(line) + 1 + Cells(word) <= width)
            {
                line += " " + word;
                continue;
            }

            if (line.Length > 0)
            {
                yield return line;
            }

            line = word;
            while (Cells(line) > width && Split(line, Math.Max(width, 2)) is var (head, rest))
            {
                yield return head;
                line = rest;
            }
        }

        yield return line;
    }

    /// <summary>Returns text in a style, for a line of markup.</summary>
    public static string Markup(string clean, string style) => clean.Length == 0 ? "" : $"[{style}]{clean.EscapeMarkup()}[/]";

    public static int Cells(string clean) => clean.Length == 0 ? 0 : new Segment(clean).CellCount();

    private static (string Head, string Tail) Split(string word, int width)
    {
        var head = "";
        foreach (var element in ElementsOf(word))
        {
            if (head.Length > 0 && Cells(head + element) > width)
            {
                break;
            }

            head += element;
        }

        return (head, word[head.Length..]);
    }

    private static List<string> ElementsOf(string text)
    {
        List<string> elements = [];
        var each = StringInfo.GetTextElementEnumerator(text);
        while (each.MoveNext())
        {
            elements.Add(each.GetTextElement());
        }

        return elements;
    }

    // A lone surrogate is read as the mark already.
    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
