namespace WebApi.Orders;

/// <summary>One customer's orders.</summary>
public sealed record CustomerSales(string Customer, long Orders, long Cents);
