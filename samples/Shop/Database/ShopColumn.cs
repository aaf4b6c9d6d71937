namespace Cenote.Shop.Database;

internal sealed record ShopColumn(string Name, ColumnKind Kind);
