namespace WebApi.Orders;

/// <summary>What a client sends.</summary>
public sealed record NewOrder(string Customer, long Cents);
