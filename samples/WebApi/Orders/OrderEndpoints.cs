using Dapper;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace WebApi.Orders;

/// <summary>
/// Orders by EF Core, the report by Dapper, shipping by both in one transaction: all on the connections of one pool.
/// </summary>
public static class OrderEndpoints
{
    public static void MapOrders(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/orders", PlaceAsync);
        routes.MapGet("/orders/{id:long}", FindAsync);
        routes.MapPost("/orders/{id:long}/ship", ShipAsync);
        routes.MapGet("/sales", (SalesReport report, CancellationToken cancellationToken) => report.ReadAsync(cancellationToken));
    }

    private static async Task<IResult> PlaceAsync(NewOrder wanted, OrderContext context, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(wanted.Customer) || wanted.Cents <= 0)
        {
            return Results.BadRequest("An order has a customer and costs more than nothing.");
        }

        var order = new Order { Customer = wanted.Customer, Cents = wanted.Cents };
        context.Add(order);
        await context.SaveChangesAsync(cancellationToken);
        return Results.Created($"/orders/{order.Id}", order);
    }

    private static async Task<IResult> FindAsync(long id, OrderContext context, CancellationToken cancellationToken) =>
        await context.Orders.AsNoTracking().SingleOrDefaultAsync(order => order.Id == id, cancellationToken) is { } order
            ? Results.Ok(order)
            : Results.NotFound();

    // One connection from the begin to the commit, for EF Core and for Dapper.
    private static async Task<IResult> ShipAsync(long id, OrderContext context, CancellationToken cancellationToken)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        var shipped = await context.Database.GetDbConnection().ExecuteAsync(new CommandDefinition(
            """UPDATE "Orders" SET "IsShipped" = TRUE WHERE "Id" = @id AND NOT "IsShipped" """, new { id }, transaction.GetDbTransaction(), cancellationToken: cancellationToken));
        if (shipped == 0)
        {
            return await context.Orders.AnyAsync(order => order.Id == id, cancellationToken) ? Results.Conflict("Shipped already.") : Results.NotFound();
        }

        await transaction.CommitAsync(cancellationToken);
        return Results.NoContent();
    }
}
