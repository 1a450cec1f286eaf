return await Yadokari.Cli.CommandLine.RunAsync(args);
