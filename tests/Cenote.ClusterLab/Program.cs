using Cenote.ClusterLab.Reporting;

// ./test --help says how it is started.
return args switch
{
    ["run", var page, var report] => await ClusterCommand.WriteAsync(page, report),
    ["show", var name] => await ClusterCommand.ShowAsync(name),
    _ => ClusterCommand.Explain(),
};
