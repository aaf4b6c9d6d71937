namespace Cenote.SecretsTests;

/// <summary>Connection strings as people get them wrong, each with the secret in a place where none belongs.</summary>
internal static class Malformed
{
    public const string Secret = "hunTer2";

    /// <summary>
    /// As different as secrets are: letters and digits, which no word is; letters only; with a slash, as in base64.
    /// </summary>
    public static string[] Secrets { get; } = [Secret, "hunterbattery", "zq9/xk7"];

    /// <summary>By what is wrong. <c>hunTer2</c> is the secret.</summary>
    public static IReadOnlyDictionary<string, string> Shapes { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["a semicolon forgotten after the database"] = "{server}={address};{database}=shop {password}=hunTer2",
        ["a semicolon forgotten after the server"] = "{server}=db {password}=hunTer2;{database}=shop",
        ["a semicolon forgotten after the application's name"] = "{server}={address};Application Name=web {password}=hunTer2",
        ["a semicolon forgotten after the user"] = "{server}={address};{user}=app {password}=hunTer2",
        ["a semicolon forgotten after a flag"] = "{server}={address};Pooling=false {password}=hunTer2",
        ["a semicolon forgotten after a number"] = "{server}={address};Timeout=15 {password}=hunTer2",
        ["a semicolon forgotten in options"] = "{server}={address};Options=-c geqo=off {password}=hunTer2",
        ["a semicolon forgotten in a search path"] = "{server}={address};Search Path=app {password}=hunTer2",
        ["spaces as in libpq"] = "host=db port=1 dbname=shop user=app password=hunTer2",
        ["spaces as in libpq, the password quoted"] = "host=db dbname=shop user=app password='hunTer2'",
        ["line ends"] = "{server}=db\n{database}=shop\n{password}=hunTer2",
        ["tabs"] = "{server}=db\t{database}=shop\t{password}=hunTer2",
        ["commas"] = "{server}=db,{database}=shop,{password}=hunTer2",
        ["ampersands"] = "{server}=db&{database}=shop&{password}=hunTer2",
        ["bars"] = "{server}=db|{database}=shop|{password}=hunTer2",
        ["a space that does not break"] = "{server}=db\u00A0{password}=hunTer2",
        ["a space without width"] = "{server}=db\u200B \u200BPass\u200Bword=hunTer2",
        ["a full-width semicolon"] = "{server}=db；{password}=hunTer2",
        ["full-width letters"] = "{server}={address};{database}=shop Ｐａｓｓｗｏｒｄ＝hunTer2",
        ["a Greek question mark"] = "{server}=db\u037E{password}=hunTer2",
        ["a colon for the equals sign"] = "{server}=db Password: hunTer2;{database}=shop",
        ["colons and semicolons"] = "{server}:db;{password}:hunTer2",
        ["a colon in one pair"] = "{server}={address};{password}:hunTer2;{database}=shop",
        ["no equals sign"] = "{server}={address};{database}=shop Password hunTer2",
        ["no equals sign in a pair"] = "{server}={address};{password} hunTer2;{database}=shop",
        ["a password misspelled, no semicolon"] = "{server}={address};{database}=shop Passwrd=hunTer2",
        ["a password misspelled twice, no semicolon"] = "{server}={address};Application Name=web Pasword=hunTer2",
        ["a keyword misspelled"] = "{server}={address};Passwrd=hunTer2",
        ["Pwd in the database"] = "{server}={address};{database}=shop Pwd=hunTer2",
        ["a key in the database"] = "{server}={address};{database}=shop AccountKey=hunTer2",
        ["an access token in the database"] = "{server}={address};{database}=shop Access Token=hunTer2",
        ["a signature in the server"] = "{server}=db?sv=2024-01-01&sig=hunTer2",
        ["a shared access key in the server"] = "{server}=sb://db SharedAccessKey=hunTer2",
        ["credentials before the host"] = "{server}=app:hunTer2@db;{database}=shop",
        ["credentials before the host with a port"] = "{server}=app:hunTer2@db:5432;{database}=shop",
        ["credentials before the second host"] = "{server}=a, app:hunTer2@db;{database}=shop",
        ["Oracle's credentials"] = "{server}=app/hunTer2@db",
        ["Oracle's credentials, easy connect"] = "{server}=app/hunTer2@//db:1521/shop",
        ["credentials after a protocol"] = "{server}=tcp:app:hunTer2@db,1433",
        ["credentials after another protocol"] = "{server}=tcp://app:hunTer2@db",
        ["credentials in the database"] = "{server}={address};{database}=app:hunTer2@shop",
        ["credentials in the user"] = "{server}={address};{user}=app:hunTer2@db",
        ["a password in a descriptor"] = "{server}=(DESCRIPTION=(ADDRESS=(HOST=db)(PORT=1))(PASSWORD=hunTer2))",
        ["a password after a descriptor"] = "{server}=(DESCRIPTION=(ADDRESS=(HOST=db)(PORT=1))) {password}=hunTer2",
        ["a URL"] = "postgres://app:hunTer2@db/shop",
        ["a URL with settings"] = "postgres://app:hunTer2@db/shop?sslmode=require",
        ["a URL as the database"] = "{server}={address};{database}=mysql://app:hunTer2@db/shop",
        ["a URL, percent-encoded"] = "{server}=postgres%3A%2F%2Fapp%3AhunTer2%40db%2Fshop",
        ["a password, percent-encoded"] = "{server}={address};{database}=shop%20Password%3DhunTer2",
        ["a password, percent-encoded twice"] = "{server}={address};{database}=shop%2520Password%253DhunTer2",
        ["JDBC"] = "jdbc:postgresql://db/shop?user=app&password=hunTer2",
        ["JDBC with semicolons"] = "jdbc:sqlserver://db;databaseName=shop;user=app;password=hunTer2",
        ["JDBC in the server"] = "{server}=jdbc:oracle:thin:app/hunTer2@db:1521/shop",
        ["a quote not closed"] = "{server}={address};{password}=\"hunTer2",
        ["quotes in the value"] = "{server}={address};{database}=\"shop Password='hunTer2'\"",
        ["quotes around the keyword"] = "{server}={address};{database}=shop \"Password\"=hunTer2",
        ["doubled quotes"] = "{server}={address};{database}=\"shop\"\" {password}=hunTer2\"",
        ["a value after quotes"] = "{server}={address};{database}='shop' {password}=hunTer2",
        ["a semicolon in the password"] = "{server}={address};{password}=ab;hunTer2",
        ["a semicolon and an equals sign in the password"] = "{server}={address};{password}=ab;hunTer2=cd",
        ["a short word and a colon"] = "{server}={address};{database}=shop pass: hunTer2",
        ["a shorter word and a colon"] = "{server}={address};{database}=shop pw: hunTer2",
        ["a colon after the application's name"] = "{server}={address};Application Name=web Password: hunTer2",
        ["a character that is not seen in the password's name"] = "{server}={address};{database}=shop Pass\u034Fword=hunTer2",
        ["another character that is not seen"] = "{server}={address};Application Name=web Pass\U000E0100word=hunTer2",
        ["a semicolon in the password, then a space"] = "{server}={address};{password}=x;hunTer2 battery=1",
        ["a semicolon in the password, then a value"] = "{server}={address};{password}=ab;cd=hunTer2",
        ["a secret for a port"] = "{server}={address};Port=hunTer2",
        ["a secret for a mode"] = "{server}={address};SSL Mode=hunTer2",
        ["a certificate's path and a password"] = "{server}={address};Root Certificate=/nowhere/ca.pem {password}=hunTer2",
        ["the key of a file"] = "{server}=file:/nowhere/shop.db?key=hunTer2",
        ["the key of a file, then a password"] = "{server}=file:/nowhere/shop.db?mode=ro {password}=hunTer2",
    };

    /// <summary>A shape with the keywords of a driver.</summary>
    public static string Fill(string shape, string server, string database, string user, string password, string address) => shape
        .Replace("{server}", server, StringComparison.Ordinal)
        .Replace("{database}", database, StringComparison.Ordinal)
        .Replace("{user}", user, StringComparison.Ordinal)
        .Replace("{password}", password, StringComparison.Ordinal)
        .Replace("{address}", address, StringComparison.Ordinal);
}
