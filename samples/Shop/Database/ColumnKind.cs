namespace Cenote.Shop.Database;

internal enum ColumnKind
{
    /// <summary>A 64-bit whole number.</summary>
    Whole,

    /// <summary>Text of at most 200 characters.</summary>
    Text,
}
