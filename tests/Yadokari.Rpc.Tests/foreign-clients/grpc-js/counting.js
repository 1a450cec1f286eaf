// A gRPC client that knows nothing of Yadokari but two names of metadata. Usage: counting.js ADDRESS CLIENT
//
// Adds the keys CLIENT-1, CLIENT-2, … one after the other, each exactly once, and prints each answer, until its
// standard input ends. A call that the service says it has not run (UNAVAILABLE) is made again under its number.
'use strict';
const grpc = require('@grpc/grpc-js');

const encode = (key) => Buffer.concat([Buffer.from([0x0a, key.length]), Buffer.from(key)]);
const decode = (reply) => reply[1];
const connect = (address) => new grpc.Client(address, grpc.credentials.createInsecure());

function add(service, client, number) {
  const metadata = new grpc.Metadata();
  metadata.set('yado-client', client);
  metadata.set('yado-call', String(number));
  metadata.set('yado-acknowledged', String(number));
  return new Promise((resolve, reject) => {
    service.makeUnaryRequest(
      '/counter.Counter/Add', encode, decode, `${client}-${number}`, metadata, { deadline: Date.now() + 20000 },
      (error, count) => (error ? reject(error) : resolve(count)));
  });
}

async function main([address, client]) {
  let ended = false;
  process.stdin.on('end', () => { ended = true; }).resume();
  let service = connect(address);
  for (let number = 1; !ended;) {
    try {
      console.log(number, await add(service, client, number));
      number++;
    } catch (error) {
      if (error.code !== grpc.status.UNAVAILABLE) throw error;
      const [moved] = error.metadata.get('yado-moved');
      if (moved) {
        service.close();
        service = connect(moved);
      }
    }
  }
  service.close();
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
