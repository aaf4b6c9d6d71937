using System.Text;

namespace Cenote.SharedBudget.Grants;

/// <summary>The instances that share a budget, as the store keeps them.</summary>
internal sealed class GrantTable
{
    private const string Format = "2";

    /// <summary>Gets or sets the random id of the table; empty for one that is new.</summary>
    internal string Id { get; set; } = "";

    /// <summary>Gets or sets the id of the budget in the labels of the sessions of instances that start.</summary>
    internal string Family { get; set; } = "";

    /// <summary>Gets or sets the settings that all instances must have.</summary>
    internal string Settings { get; set; } = "";

    /// <summary>Gets or sets the life of the store and of the table in which it was written.</summary>
    internal string Epoch { get; set; } = "";

    /// <summary>Gets or sets when the table was written, on the clock of the store, in milliseconds.</summary>
    internal long Now { get; set; }

    /// <summary>
    /// Gets or sets the age of the table in milliseconds, which a jump of the store's clock hardly changes.
    /// </summary>
    internal long Age { get; set; }

    /// <summary>
    /// Gets or sets whether the table may have lost changes, so that all sessions must be counted before a grant grows.
    /// </summary>
    internal bool NeedsCensus { get; set; }

    /// <summary>Gets or sets until when one instance counts.</summary>
    internal long CountingUntil { get; set; }

    /// <summary>Gets or sets the age of the table at the last count.</summary>
    internal long CountedAt { get; set; }

    /// <summary>
    /// Gets or sets the connections of instances of the same name that no table knows: of this budget before its table
    /// was lost, or of another budget.
    /// </summary>
    internal int Strangers { get; set; }

    /// <summary>Gets or sets the age of the table until which room is left for them.</summary>
    internal long StrangersUntil { get; set; }

    /// <summary>
    /// Gets or sets the age of the table since which only instances with other settings have come; negative for none.
    /// </summary>
    internal long OthersSince { get; set; } = -1;

    /// <summary>Gets whether the table has instances that another version of the package has written.</summary>
    internal bool IsOfOtherVersion { get; private init; }

    internal List<GrantMember> Members { get; } = [];

    /// <summary>
    /// Reads a table. A text that is not one is an empty table, which lets nothing grow at first. In the format of
    /// another version, each line after the first is an instance.
    /// </summary>
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
        text.Append(CultureInfo.InvariantCulture, $"{Format} {Id} {Family} {Settings} {Epoch} {Now} {Age} {Flag(NeedsCensus)} {CountingUntil} {CountedAt} {Strangers} {StrangersUntil} {OthersSince}");
        foreach (var member in Members)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{member.Id} {member.Family} {member.Sequence} {member.Reserved} {member.Guaranteed} {Flag(member.HasPlace)} {Flag(member.HasRenewed)} {member.Demand} {member.Hidden} {member.ExpiresAt} {member.EmptySince}");
        }

        return text.ToString();
    }

    private static GrantTable Read(string text)
    {
        var lines = text.Split('\n');
        var head = lines[0].Split(' ');
        if (head[0] != Format)
        {
            return new GrantTable { IsOfOtherVersion = lines.Length > 1 };
        }

        var table = new GrantTable
        {
            Id = head[1],
            Family = head[2],
            Settings = head[3],
            Epoch = head[4],
            Now = Number(head[5]),
            Age = Number(head[6]),
            NeedsCensus = head[7] == "1",
            CountingUntil = Number(head[8]),
            CountedAt = Number(head[9]),
            Strangers = (int)Number(head[10]),
            StrangersUntil = Number(head[11]),
            OthersSince = head.Length > 12 ? Number(head[12]) : -1,
        };
        foreach (var line in lines.Skip(1))
        {
            table.Members.Add(ReadMember(line.Split(' ')));
        }

        return table;
    }

    private static GrantMember ReadMember(string[] parts) => new()
    {
        Id = parts[0],
        Family = parts[1],
        Sequence = Number(parts[2]),
        Reserved = (int)Number(parts[3]),
        Guaranteed = (int)Number(parts[4]),
        HasPlace = parts[5] == "1",
        HasRenewed = parts[6] == "1",
        Demand = (int)Number(parts[7]),
        Hidden = (int)Number(parts[8]),
        ExpiresAt = Number(parts[9]),
        EmptySince = Number(parts[10]),
    };

    private static int Flag(bool value) => value ? 1 : 0;

    private static long Number(string text) => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
