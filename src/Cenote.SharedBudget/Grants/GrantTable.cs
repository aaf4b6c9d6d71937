using System.Text;

namespace Cenote.SharedBudget.Grants;

/// <summary>The instances that share a budget, as the store keeps them.</summary>
internal sealed class GrantTable
{
    private const string Format = "1";

    /// <summary>Gets or sets the life of the store in which the table was written.</summary>
    internal string Epoch { get; set; } = "";

    /// <summary>Gets or sets when the table was written, on the clock of the store, in milliseconds.</summary>
    internal long Now { get; set; }

    /// <summary>
    /// Gets or sets whether the table may have lost changes, so that all sessions must be counted before a grant grows.
    /// </summary>
    internal bool NeedsCensus { get; set; }

    /// <summary>Gets or sets until when one instance counts.</summary>
    internal long CountingUntil { get; set; }

    internal List<GrantMember> Members { get; } = [];

    /// <summary>Reads a table. A text that is not one is an empty table, which lets nothing grow at first.</summary>
    internal static GrantTable Parse(string? text)
    {
        try
        {
            return Read(text ?? "");
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or IndexOutOfRangeException)
        {
            return new GrantTable();
        }
    }

    /// <summary>Returns the text that <see cref="Parse"/> reads.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Format} {Epoch} {Now} {(NeedsCensus ? 1 : 0)} {CountingUntil}");
        foreach (var member in Members)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{member.Id} {member.Sequence} {member.Reserved} {member.Guaranteed} {(member.HasPlace ? 1 : 0)} {member.Demand} {member.Hidden} {member.ExpiresAt}");
        }

        return text.ToString();
    }

    private static GrantTable Read(string text)
    {
        var lines = text.Split('\n');
        var head = lines[0].Split(' ');
        if (head[0] != Format)
        {
            return new GrantTable();
        }

        var table = new GrantTable { Epoch = head[1], Now = Number(head[2]), NeedsCensus = head[3] == "1", CountingUntil = Number(head[4]) };
        foreach (var line in lines.Skip(1))
        {
            var parts = line.Split(' ');
            table.Members.Add(new GrantMember
            {
                Id = parts[0],
                Sequence = Number(parts[1]),
                Reserved = (int)Number(parts[2]),
                Guaranteed = (int)Number(parts[3]),
                HasPlace = parts[4] == "1",
                Demand = (int)Number(parts[5]),
                Hidden = (int)Number(parts[6]),
                ExpiresAt = Number(parts[7]),
            });
        }

        return table;
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
