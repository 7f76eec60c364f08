// The library's dependency injection needs this polyfill before anything else of it is loaded.
import 'reflect-metadata';

export * from '@peculiar/x509';
