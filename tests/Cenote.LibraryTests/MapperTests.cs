using Dapper;
using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using LinqToDB.DataProvider.PostgreSQL;
using LinqToDB.Mapping;
using Microsoft.EntityFrameworkCore;

namespace Cenote.LibraryTests;

/// <summary>Mappers, and a tool that empties tables.</summary>
public sealed class MapperTests
{
    [Fact]
    public async Task Dapper_queries_on_PostgreSQL()
    {
        await using var database = await WithBooksAsync();
        await using var connection = database.Pool.CreateConnection();
        await connection.ExecuteAsync("INSERT INTO books VALUES (@id, @title)", new[] { new { id = 1, title = "a" }, new { id = 2, title = "b" } });
        Assert.Equal("a b", string.Join(' ', await connection.QueryAsync<string>("SELECT title FROM books ORDER BY id")));
        Assert.Equal(ConnectionState.Closed, connection.State);
        await database.AssertAllReturnedAsync();
    }

    [Fact]
    public async Task EF_Core_queries_on_PostgreSQL()
    {
        await using var database = await WithBooksAsync();
        await using (var context = new Books(new DbContextOptionsBuilder<Books>().UseNpgsql().UseConnectionPool(database.Pool).Options))
        {
            context.Add(new Book { Id = 1, Title = "a" });
            await context.SaveChangesAsync(Stop);
            Assert.Equal("a", (await EntityFrameworkQueryableExtensions.SingleAsync(context.Rows, Stop)).Title);
        }

        await database.AssertAllReturnedAsync();
    }

    [Fact]
    public async Task Linq2db_queries_inserts_and_copies_on_PostgreSQL()
    {
        await using var database = await WithBooksAsync();
        await using (var connection = await database.Pool.OpenConnectionAsync(Stop))
        {
            var options = new DataOptions().UseConnection(PostgreSQLTools.GetDataProvider(PostgreSQLVersion.v15), connection, disposeConnection: false);
            await using var data = new DataConnection(options);
            await using (var transaction = await data.BeginTransactionAsync(Stop))
            {
                await data.InsertAsync(new Book { Id = 1, Title = "a" }, token: Stop);
                await transaction.CommitAsync(Stop);
            }

            await data.BulkCopyAsync(new BulkCopyOptions { BulkCopyType = BulkCopyType.ProviderSpecific }, Enumerable.Range(2, 5).Select(id => new Book { Id = id, Title = "copied" }), Stop);
            Assert.Equal(6, await AsyncExtensions.CountAsync(data.GetTable<Book>(), Stop));
            Assert.Equal("a", (await AsyncExtensions.FirstAsync(data.GetTable<Book>().Where(book => book.Id == 1), Stop)).Title);
        }

        await database.AssertAllReturnedAsync();
    }

    [Fact]
    public async Task Respawn_empties_PostgreSQL()
    {
        await using var database = await WithBooksAsync();
        await database.RunAsync("INSERT INTO books VALUES (1, 'a')");
        await using (var connection = await database.Pool.OpenConnectionAsync(Stop))
        {
            var respawner = await Respawn.Respawner.CreateAsync(connection, new Respawn.RespawnerOptions { DbAdapter = Respawn.DbAdapter.Postgres });
            await respawner.ResetAsync(connection);
        }

        Assert.Equal(0, await database.ReadAsync<int>("SELECT count(*) FROM books"));
        await database.AssertAllReturnedAsync();
    }

    private static async Task<LibraryDatabase> WithBooksAsync()
    {
        var database = await LibraryDatabase.PostgreSqlAsync();
        await database.RunAsync("CREATE TABLE books (id int PRIMARY KEY, title text NOT NULL)");
        return database;
    }

    [Table("books")]
    public sealed class Book
    {
        [Column("id"), LinqToDB.Mapping.PrimaryKey]
        public int Id { get; set; }

        [Column("title")]
        public string Title { get; set; } = "";
    }

    private sealed class Books(DbContextOptions<Books> options) : DbContext(options)
    {
        public DbSet<Book> Rows => Set<Book>();

        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Book>(book =>
        {
            book.ToTable("books");
            book.Property(row => row.Id).HasColumnName("id").ValueGeneratedNever();
            book.Property(row => row.Title).HasColumnName("title");
        });
    }
}
