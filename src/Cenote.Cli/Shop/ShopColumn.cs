namespace Cenote.Cli.Shop;

internal sealed record ShopColumn(string Name, ColumnKind Kind);
