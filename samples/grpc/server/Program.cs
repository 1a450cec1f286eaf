using GrpcTally;
using Yadokari.Rpc.Server;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddGrpc();
builder.Services.AddCarried<Counts>();
builder.Services.AddYadokari();
WebApplication app = builder.Build();
app.UseYadokari();
app.MapGrpcService<TallyService>();
app.Run();
