namespace Cenote.Shop.Database;

/// <summary>The shop may not be built where the arguments say: something of the user's stands there.</summary>
internal sealed class ShopRefusedException(string message) : Exception(message);
