// Where the peer keeps what it issues: one round trip to write, one to read, one to consume.
import { Redis } from 'ioredis';

const GRANTED = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken']);

export function redisAdapter(path) {
  const redis = new Redis({ path });

  return class RedisAdapter {
    constructor(name) {
      this.name = name;
    }

    key(id) {
      return `${this.name}:${id}`;
    }

    async upsert(id, payload, expiresIn) {
      const key = this.key(id);
      const write = redis.multi();
      write.hset(key, 'payload', JSON.stringify(payload));
      if (expiresIn) write.expire(key, expiresIn);
      if (GRANTED.has(this.name) && payload.grantId) {
        const family = `family:${payload.grantId}`;
        write.sadd(family, key);
        write.expire(family, 43200);
      }
      if (payload.uid) write.set(`uid:${payload.uid}`, id, 'EX', expiresIn);
      await write.exec();
    }

    async find(id) {
      const [payload, consumed] = await redis.hmget(this.key(id), 'payload', 'consumed');
      if (payload === null) return undefined;
      const found = JSON.parse(payload);
      if (consumed) found.consumed = Number(consumed);
      return found;
    }

    async findByUid(uid) {
      const id = await redis.get(`uid:${uid}`);
      return id === null ? undefined : this.find(id);
    }

    async findByUserCode() {
      return undefined;
    }

    async consume(id) {
      await redis.hset(this.key(id), 'consumed', Math.floor(Date.now() / 1000));
    }

    async destroy(id) {
      await redis.del(this.key(id));
    }

    async revokeByGrantId(grantId) {
      const family = `family:${grantId}`;
      await redis.del(family, ...(await redis.smembers(family)));
    }
  };
}
